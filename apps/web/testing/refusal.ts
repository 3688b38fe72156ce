import type { ApiError } from "@jikimi/http-api";

/** The mock server's way of saying no. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: ApiError;

  constructor(status: number, body: ApiError) {
    super(body.code);
    this.status = status;
    this.body = body;
  }
}
