import { playLateNotice } from "./announce.ts";
import type { Call } from "./call.ts";
import type { CallRecordings } from "./call-recording.ts";
import type { Sounds } from "./ports.ts";

/**
 * 선택녹취: the agent starts or stops the recording, in a department that does not record every call; in one that does,
 * nothing happens. Nobody is recorded before they were told: where no notice played before the connection it plays
 * now, to both, after whatever is playing, and the recording begins with its end. Cut short (a warning took its
 * place), it does not begin, and the account says so.
 */
export async function recordOnDemand(
  call: Call,
  wanted: boolean,
  { recordings, sounds }: { readonly recordings: CallRecordings; readonly sounds: Sounds },
): Promise<void> {
  if (call.department.recordingMode === "all-call" || recordings.isOn(call.id) === wanted) return;
  if (!wanted) return recordings.stop(call);
  await call.played.quiet(call.id);
  if (!call.noticeHeard && !(await playLateNotice(call, sounds, { signal: call.ended }))) {
    if (!call.ended.aborted) call.tell({ kind: "recording-failed", reason: "the notice was not heard in full" });
    return;
  }
  if (!call.ended.aborted) await recordings.start(call);
}
