import { holdProcess, SystemClock, SystemRandom, silentLog } from "@jikimi/kernel";
import { type Dialog, type IncomingInvite, SipUserAgent, UdpTransport } from "@jikimi/sip";
import { answerRequests, heapMiB } from "../child.ts";
import { B2bConfig, B2bRequest } from "./b2b-messages.ts";

const host = "127.0.0.1";

/** Signalling alone: an INVITE in, an INVITE out; 180, 200, ACK and BYE handed on. The same in `peer-b2b.ts`. */
const { port, uasPort } = B2bConfig.parse(JSON.parse(process.argv[2] ?? "null"));
const agent = new SipUserAgent({ clock: new SystemClock(), random: new SystemRandom(), log: silentLog });
let bridged = 0;
let ended = 0;

async function bridge(invite: IncomingInvite): Promise<void> {
  const outgoing = agent.invite({
    target: `sip:service@${host}:${uasPort}`,
    from: { uri: `sip:bench@${host}:${port}` },
    offerSdp: invite.offerSdp ?? "",
    maxForwards: invite.maxForwards - 1,
    signal: invite.cancelled,
  });
  outgoing.onProvisional(({ status }) => {
    if (status === 180) invite.ringing();
  });
  const outcome = await outgoing.outcome;
  if (outcome.kind !== "answered") return invite.reject(outcome.kind === "refused" ? outcome.status : 503);
  const answered = await invite.answer(outcome.answerSdp ?? "");
  if (answered.kind === "not-sent") return outcome.dialog.bye();
  bridged += 1;
  endTogether(answered.dialog, outcome.dialog);
}

function endTogether(one: Dialog, other: Dialog): void {
  const end = (dialog: Dialog, second: Dialog) => {
    const follow = () => {
      if (!second.ended.aborted) void second.bye().then(() => (ended += 1));
    };
    if (dialog.ended.aborted) follow();
    else dialog.ended.addEventListener("abort", follow, { once: true });
  };
  end(one, other);
  end(other, one);
}

holdProcess();
agent.onInvite((invite) => void bridge(invite));
const bound = agent.listen(new UdpTransport({ host, port }));
answerRequests(
  B2bRequest,
  async () => {
    const { kind } = await bound;
    if (kind !== "bound") throw new Error(`port ${port}: ${kind}`);
    return { bridged, ended, heapMiB: heapMiB() };
  },
  () => agent.close({ graceMs: 0 }),
);
