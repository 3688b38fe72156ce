declare module "virtual:theme.css";

declare module "virtual:contract" {
  import type { Operation, OperationName } from "@jikimi/http-api";

  export const routes: Readonly<Record<OperationName, Pick<Operation, "method" | "path">>>;
  export const protocolVersion: 1;
}
