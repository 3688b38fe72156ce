import type { ApiFailure } from "../api/client.ts";
import { useLanguage } from "../language/use-language.ts";
import { Note } from "./note.tsx";

/** What did not work and what to do, in the server's words. */
export function FailureNote({ failure }: { failure: ApiFailure | null }) {
  const { say } = useLanguage();
  if (failure === null) return null;
  return (
    <Note tone="risk" live>
      {say(failure.text)}
    </Note>
  );
}
