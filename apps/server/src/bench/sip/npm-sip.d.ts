/** The part of npm's `sip` 0.0.6 (which has no types of its own) that the peer of the bench uses. */
declare module "sip" {
  type Params = { [name: string]: string | null };
  export type Address = { name?: string | undefined; uri: string; params: Params };
  export type Headers = {
    via: unknown[];
    to: Address;
    from: Address;
    "call-id": string;
    cseq: { method: string; seq: number };
    contact?: Address[];
    [name: string]: unknown;
  };
  export type Request = {
    method: string;
    uri: string;
    version: string;
    headers: Headers;
    content?: string | undefined;
  };
  export type Response = {
    status: number;
    reason: string;
    version: string;
    headers: Headers;
    content?: string | undefined;
  };
  export type Stack = {
    send(message: Request, onResponse?: (response: Response) => void): void;
    send(message: Response): void;
    destroy(): void;
  };
  export function create(
    options: { address: string; port: number; publicAddress: string; tcp: boolean },
    onRequest: (request: Request) => void,
  ): Stack;
  export function makeResponse(request: Request, status: number, reason?: string): Response;
}
