import type { OperationInput, OperationName, OperationOutput } from "@jikimi/http-api";
import {
  keepPreviousData,
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useClient } from "../app/parts.ts";
import { ApiFailure } from "./client.ts";

/** What the server says, kept for as long as someone looks at it. */
export function useAsked<Name extends OperationName>(
  name: Name,
  input: OperationInput<Name>,
  { enabled = true }: { enabled?: boolean } = {},
): UseQueryResult<OperationOutput<Name>, ApiFailure> {
  const client = useClient();
  return useQuery<OperationOutput<Name>, ApiFailure>({
    queryKey: [name, input],
    queryFn: ({ signal }) => client.ask(name, input, { signal }),
    placeholderData: keepPreviousData,
    retry: (count, failure) => count < 2 && failure instanceof ApiFailure && failure.code === "unreachable",
    enabled,
  });
}

/** Does something; `refreshes` names what is to be asked again afterwards. */
export function useDo<Name extends OperationName>(
  name: Name,
  { refreshes = [] }: { refreshes?: readonly OperationName[] } = {},
): UseMutationResult<OperationOutput<Name>, ApiFailure, OperationInput<Name>> {
  const client = useClient();
  const queries = useQueryClient();
  return useMutation<OperationOutput<Name>, ApiFailure, OperationInput<Name>>({
    mutationFn: (input) => client.ask(name, input),
    onSuccess: () => Promise.all(refreshes.map((other) => queries.invalidateQueries({ queryKey: [other] }))),
  });
}
