import type { OperationOutput, OperationRequest } from "@jikimi/http-api";
import { type Role, sessionOf } from "./mock-data.ts";
import { Refusal } from "./refusal.ts";

type Session = OperationOutput<"session">;
type Done = Record<string, never>;

/** How one signs in beside the password. `stale`: signed in more than an hour ago. */
export type Ways = {
  readonly passkeys: OperationOutput<"passkeys.list">["passkeys"];
  readonly totp: boolean;
  readonly stale: boolean;
};

const passwordOnly: Ways = { passkeys: [], totp: false, stale: false };

export const strongWays: Ways = {
  passkeys: [
    { id: "passkey-1", name: "업무용 노트북", createdAtMs: Date.UTC(2026, 8, 2) },
    { id: "passkey-2", name: "휴대전화", createdAtMs: Date.UTC(2026, 9, 14) },
  ],
  totp: true,
  stale: false,
};

const challenge = "bW9jay1jaGFsbGVuZ2U";
const wrongBackupCode = "AAAAA-AAAAA";
const backupCodes = [
  "7KQ2M-XN4RT",
  "H3WDP-9VAEC",
  "LZ6FJ-TB8UK",
  "N5GYQ-2MXHR",
  "C9VET-WD3PA",
  "R8JLN-6ZKFB",
  "XU4HM-QG7YE",
  "A2TPC-5NWVD",
  "FK9RZ-J3LBU",
  "Y6MEQ-H8XGT",
];

/** Who is signed in at the mock server, how far its first run has come, and how people sign in there. */
export class MockSignIn {
  readonly #nowMs: () => number;
  #role: Role | null = "agent";
  #setup: Session["setup"] = [];
  #ways = passwordOnly;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** With the password alone, until `secure`. */
  begin(role: Role | null, setup: Session["setup"]): void {
    this.#role = role;
    this.#setup = setup;
    this.#ways = passwordOnly;
  }

  secure(ways: Ways): void {
    this.#ways = ways;
  }

  get role(): Role {
    return this.#role ?? "agent";
  }

  get session(): Session {
    const { passkeys, totp } = this.#ways;
    return sessionOf(this.#role, this.#setup, this.#nowMs(), { passkeys: passkeys.length, totp });
  }

  /** A step of the first run is done. */
  step(step: Session["setup"][number]): Done {
    this.#setup = this.#setup.filter((open) => open !== step);
    return {};
  }

  /** `hostname` is what the page was opened under. */
  answers(hostname: string) {
    return {
      session: () => this.session,
      "session.signIn": (input: OperationRequest<"session.signIn">) => this.#signIn(input),
      "session.signOut": () => this.#forget(),
      "session.totpBegin": () => ({
        uri: "otpauth://totp/Jikimi:agent1?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Jikimi",
        backupCodes,
      }),
      "session.totpConfirm": () => this.#change({ totp: true }),
      "session.totpOff": () => this.#change({ totp: false }),
      "passkeys.list": () => ({ offered: hostname === "localhost", passkeys: this.#ways.passkeys }),
      "passkeys.begin": () => this.#beginPasskey(),
      "passkeys.add": ({ name }: OperationRequest<"passkeys.add">) => this.#addPasskey(name),
      "passkeys.remove": ({ id }: OperationRequest<"passkeys.remove">) =>
        this.#change({ passkeys: this.#ways.passkeys.filter((one) => one.id !== id) }),
      "passkeys.beginSignIn": () => ({ options: { challenge, rpId: hostname, userVerification: "required" } }),
      "passkeys.signIn": () => this.#enter(),
      "setup.administrator": () => {
        this.#role = "administrator";
        this.step("administrator");
        return this.#enter();
      },
    };
  }

  #signIn({
    username,
    password,
    totp,
    backupCode,
  }: OperationRequest<"session.signIn">): OperationOutput<"session.signIn"> {
    if (password === "wrong") {
      throw new Refusal(401, {
        code: "wrong-credentials",
        ko: "아이디나 비밀번호가 맞지 않습니다. 다시 확인해 주세요.",
        en: "The username or password is wrong. Check both.",
      });
    }
    if (username === "second" && totp === undefined && backupCode === undefined) {
      throw new Refusal(401, {
        code: "second-factor-required",
        ko: "인증 코드를 입력해 주세요.",
        en: "Enter the code.",
      });
    }
    if (backupCode === wrongBackupCode) {
      throw new Refusal(401, {
        code: "second-factor-wrong",
        ko: "인증 숫자가 맞지 않거나 이미 쓰였습니다.",
        en: "That code is not right, or was used already.",
      });
    }
    return this.#enter();
  }

  #enter(): OperationOutput<"session.signIn"> {
    this.#role ??= "agent";
    this.#change({ stale: false });
    const { me } = this.session;
    if (me === null) throw new TypeError("nobody is signed in");
    return { me };
  }

  #forget(): Done {
    this.#role = null;
    return {};
  }

  #beginPasskey(): OperationOutput<"passkeys.begin"> {
    if (this.#ways.stale) {
      throw new Refusal(403, {
        code: "sign-in-again",
        ko: "안전을 위해 다시 로그인한 뒤 해 주세요.",
        en: "To be safe, sign in again and then do this.",
      });
    }
    return {
      options: {
        challenge,
        rp: { id: "localhost", name: "Jikimi" },
        user: { id: "cGVyc29uLTE", name: "agent1", displayName: "agent1" },
        pubKeyCredParams: [{ type: "public-key", alg: -7 }],
        authenticatorSelection: { residentKey: "required", userVerification: "required" },
      },
    };
  }

  #addPasskey(name: string): Done {
    const passkey = { id: `passkey-${this.#ways.passkeys.length + 1}`, name, createdAtMs: this.#nowMs() };
    return this.#change({ passkeys: [...this.#ways.passkeys, passkey] });
  }

  #change(change: Partial<Ways>): Done {
    this.#ways = { ...this.#ways, ...change };
    return {};
  }
}
