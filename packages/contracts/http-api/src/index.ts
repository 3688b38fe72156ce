export { type Access, desks } from "./access.ts";
export { type ApiError, apiError, type ErrorCode, errorTexts } from "./errors.ts";
export {
  type Operation,
  type OperationInput,
  type OperationName,
  type OperationOutput,
  type OperationRequest,
  operations,
} from "./operations.ts";
