import { type UseMutationResult, useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";
import type { ApiFailure } from "../api/client.ts";
import { useClient } from "../app/parts.ts";
import { makePasskey, takePasskey, type WhyNot } from "./browser-passkeys.ts";

type End = "done" | WhyNot;

/** Signs in with a passkey. What the browser or the person did not want is data; what the server refuses, an error. */
export function usePasskeySignIn(): UseMutationResult<End, ApiFailure, void> {
  const client = useClient();
  const begin = useOneAtATime();
  return useMutation<End, ApiFailure, void>({
    mutationFn: async () => {
      const signal = begin();
      const { options } = await client.ask("passkeys.beginSignIn", {});
      const answer = await takePasskey(options, { signal });
      if (answer.kind !== "answered") return answer.kind;
      await client.ask("passkeys.signIn", { response: answer.response });
      return "done";
    },
  });
}

/** Makes a passkey for who is signed in, under this name. */
export function useMakePasskey(): UseMutationResult<End, ApiFailure, string> {
  const client = useClient();
  const queries = useQueryClient();
  const begin = useOneAtATime();
  return useMutation<End, ApiFailure, string>({
    mutationFn: async (name) => {
      const signal = begin();
      const { options } = await client.ask("passkeys.begin", {});
      const answer = await makePasskey(options, { signal });
      if (answer.kind !== "answered") return answer.kind;
      await client.ask("passkeys.add", { response: answer.response, name });
      return "done";
    },
    onSuccess: async (end) => {
      if (end !== "done") return;
      await Promise.all(["passkeys.list", "session"].map((name) => queries.invalidateQueries({ queryKey: [name] })));
    },
  });
}

/** A browser asks for one passkey at a time: a new ceremony ends the one before, and so does leaving the screen. */
function useOneAtATime(): () => AbortSignal {
  const current = useRef<AbortController | null>(null);
  useEffect(() => () => current.current?.abort(), []);
  return useCallback(() => {
    current.current?.abort();
    current.current = new AbortController();
    return current.current.signal;
  }, []);
}
