import type { PullError, PullErrorCode } from "@jikimi/recognizers";
import { CommandFailure } from "../cli/command.ts";
import type { Text } from "../cli/text.ts";

/** What the operator is told; a wrong call of the command exits with 2, everything else with 1. */
export function pullFailure(cause: PullError, modelName: string): CommandFailure {
  const { problem, wayOut } = sayings[cause.code];
  const filled = (text: string) => `${modelName}: ${text.replace("{}", () => cause.subject)}`;
  const wrongCall = cause.code === "no-such-source" || cause.code === "hash-unknown";
  const told = { ko: filled(problem.ko), en: filled(problem.en) };
  return new CommandFailure(cause.code, told, wayOut, wrongCall ? 2 : 1, { cause });
}

/** What went wrong, and the way out, by code; `{}` stands for the file or address. */
const sayings: Readonly<Record<PullErrorCode, { readonly problem: Text; readonly wayOut: Text }>> = {
  "no-such-source": {
    problem: { ko: "받을 곳이 아닙니다: {}", en: "Nothing can be fetched from {}." },
    wayOut: {
      ko: "http(s) 주소, 모델 파일이 든 폴더, .tar.bz2 파일 가운데 하나를 --from 으로 주십시오.",
      en: "Give --from an http(s) address, a folder with the model's files, or a .tar.bz2.",
    },
  },
  "hash-unknown": {
    problem: { ko: "검사값을 모르는 파일입니다: {}", en: "The hash of this file is not known: {}." },
    wayOut: {
      ko: "제공자가 알린 값을 --sha256 으로 주거나, 처음 받은 것을 믿으려면 --trust-first 를 붙이십시오.",
      en: "Give the maker's value by --sha256, or add --trust-first to trust what comes now.",
    },
  },
  unreachable: {
    problem: { ko: "닿을 수 없습니다: {}", en: "{} cannot be reached." },
    wayOut: {
      ko: "네트워크를 확인하거나, 다른 컴퓨터에서 받은 폴더나 .tar.bz2 를 --from 으로 주십시오.",
      en: "Check the network, or give by --from a folder or .tar.bz2 that another machine fetched.",
    },
  },
  redirects: {
    problem: { ko: "주소가 끝없이 다른 주소로 넘깁니다: {}", en: "{} only ever leads to another address." },
    wayOut: { ko: "다른 주소를 --from 으로 주십시오.", en: "Give another address by --from." },
  },
  http: {
    problem: { ko: "서버가 파일을 주지 않았습니다: {}", en: "The server did not give the file: {}." },
    wayOut: {
      ko: "주소를 확인하고 다시 하거나, 다른 곳을 --from 으로 주십시오.",
      en: "Check the address and try again, or give another by --from.",
    },
  },
  interrupted: {
    problem: { ko: "받다가 끊겼습니다: {}", en: "It was cut off: {}." },
    wayOut: { ko: "같은 명령을 다시 하면 이어서 받습니다.", en: "The same command goes on where it stopped." },
  },
  "no-space": {
    problem: { ko: "디스크에 자리가 모자랍니다: {}", en: "There is too little room on the disk: {}." },
    wayOut: {
      ko: "자리를 비우거나 JIKIMI_DATA 를 더 큰 디스크로 옮기십시오.",
      en: "Make room, or move JIKIMI_DATA to a larger disk.",
    },
  },
  "file-missing": {
    problem: { ko: "모델의 파일이 거기 없습니다: {}", en: "A file of the model is not there: {}." },
    wayOut: {
      ko: "모델의 파일이 모두 든 폴더를 --from 으로 주십시오.",
      en: "Give a folder with all the model's files.",
    },
  },
  "wrong-size": {
    problem: { ko: "크기가 다른 파일이라 지웠습니다: {}", en: "A file of another size, removed: {}." },
    wayOut: { ko: "다른 곳에서 받으십시오 (--from).", en: "Fetch it from somewhere else (--from)." },
  },
  "wrong-hash": {
    problem: { ko: "검사값이 다른 파일이라 지웠습니다: {}", en: "A file with another hash, removed: {}." },
    wayOut: {
      ko: "다시 받아 보고, 또 다르면 그곳의 파일을 쓰지 마십시오.",
      en: "Try once more; if it differs again, do not use what that place offers.",
    },
  },
  "not-a-model": {
    problem: { ko: "ONNX 모델이 아니라서 지웠습니다: {}", en: "This is no ONNX model, and was removed: {}." },
    wayOut: {
      ko: "주소가 로그인이나 안내 페이지로 이어지지 않는지 확인하십시오.",
      en: "Check that the address does not lead to a page that asks to log in.",
    },
  },
  "no-tar": {
    problem: { ko: "tar 프로그램이 없어 풀 수 없습니다: {}", en: "There is no program tar to unpack {}." },
    wayOut: {
      ko: "tar 와 bzip2 를 설치하거나, 다른 곳에서 푼 폴더를 --from 으로 주십시오.",
      en: "Install tar and bzip2, or give by --from the folder unpacked elsewhere.",
    },
  },
  "bad-archive": {
    problem: { ko: "이 파일에서 모델을 꺼낼 수 없습니다: {}", en: "The model cannot be taken out of {}." },
    wayOut: {
      ko: "파일이 온전한지, bzip2 가 설치되어 있는지 확인하거나, 푼 폴더를 --from 으로 주십시오.",
      en: "Check that the file is whole and bzip2 installed, or give the unpacked folder by --from.",
    },
  },
};
