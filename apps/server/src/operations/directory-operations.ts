import type { Directory, DirectoryView, StoredPolicy } from "@jikimi/directory";
import type { OperationOutput, OperationRequest } from "@jikimi/http-api";
import type { Accounts } from "@jikimi/identity";
import type { DepartmentId, PolicyId } from "@jikimi/kernel";
import { parsePolicy } from "@jikimi/protection";
import { accepted, failure } from "./operation-failure.ts";

export async function addUser(
  { password, departmentId, account, ...rest }: OperationRequest<"users.add">,
  { directory, accounts }: { directory: Directory; accounts: Accounts },
): Promise<OperationOutput<"users.add">> {
  const department = departmentId as DepartmentId | null;
  const request = { ...rest, departmentId: department, ...(password === undefined ? {} : { password }) };
  const added = accepted(await directory.addPerson(request));
  if (account) await accounts.open(added.person, password ?? added.madePassword ?? "");
  return added;
}

export async function addDepartment(
  { policyId, ...rest }: OperationRequest<"departments.add">,
  directory: Directory,
): Promise<OperationOutput<"departments.add">> {
  return { department: plain(accepted(await directory.addDepartment({ ...rest, policyId: policyId as PolicyId }))) };
}

export async function setDepartment(
  { id, ...change }: OperationRequest<"departments.set">,
  directory: Directory,
): Promise<OperationOutput<"departments.set">> {
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  return { department: plain(accepted(await directory.changeDepartment(id as DepartmentId, given))) };
}

export async function addNumber(
  { number, departmentId, recognizer }: OperationRequest<"numbers.add">,
  directory: Directory,
): Promise<OperationOutput<"numbers.add">> {
  return { number: accepted(await directory.addNumber(number, departmentId as DepartmentId, { recognizer })) };
}

export async function setNumber(
  { number, departmentId, recognizer }: OperationRequest<"numbers.set">,
  directory: Directory,
): Promise<OperationOutput<"numbers.set">> {
  const change = {
    ...(departmentId === undefined ? {} : { departmentId: departmentId as DepartmentId }),
    ...(recognizer === undefined ? {} : { recognizer }),
  };
  return { number: accepted(await directory.changeNumber(number, change)) };
}

export async function addTrunk(
  { secret, ...rest }: OperationRequest<"trunks.add">,
  directory: Directory,
): Promise<OperationOutput<"trunks.add">> {
  const trunk = accepted(await directory.addTrunk({ ...rest, ...(secret === undefined ? {} : { secret }) }));
  return { trunk: plain(trunk) };
}

export function listPolicies(view: DirectoryView): OperationOutput<"policy.list"> {
  return { policies: view.policies.map((policy) => policyOf(policy, view)) };
}

export function showPolicy(
  { id, version }: OperationRequest<"policy.show">,
  view: DirectoryView,
): OperationOutput<"policy.show"> {
  const policy = view.policy(id as PolicyId, version);
  if (policy === null) throw failure("not-found", { field: "id" });
  return { policy: policyOf(policy, view), body: policy.body };
}

export function checkPolicy({ body }: OperationRequest<"policy.check">): OperationOutput<"policy.check"> {
  const parsed = parsePolicy(body);
  if (parsed.kind === "ok") return { ok: true, problems: [] };
  return { ok: false, problems: parsed.problems.map(({ path, message }) => ({ path, ...message })) };
}

function policyOf(policy: StoredPolicy, view: DirectoryView) {
  const { id, version, author, createdAtMs, body } = policy;
  const parsed = parsePolicy(body);
  const title = parsed.kind === "ok" ? parsed.policy.title : null;
  const departmentIds = view.departments.filter(({ policyId }) => policyId === id).map((department) => department.id);
  return { id, version, title, author, createdAtMs, departmentIds };
}

/** Our read-only data as the contract's mutable shape. */
export function plain<T>(value: T): Mutable<T> {
  return structuredClone(value) as Mutable<T>;
}

type Mutable<T> = T extends string | number | boolean | null | undefined
  ? T
  : { -readonly [Key in keyof T]: Mutable<T[Key]> };
