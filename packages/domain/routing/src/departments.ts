import type { PhoneNumber } from "./numbers.ts";

/** All that resolution needs of a department; the directory's own type has more. */
export type Numbered = { readonly numbers: readonly PhoneNumber[] };

/** Whose number was dialled, digit for digit; null: nobody's. A number claimed twice goes to the first. */
export function departmentFor<D extends Numbered>(departments: readonly D[], dialled: PhoneNumber): D | null {
  return departments.find((department) => department.numbers.includes(dialled)) ?? null;
}

/** Numbers that more than one department claims: to be told to whoever edits them. */
export function clashingNumbers(departments: readonly Numbered[]): readonly PhoneNumber[] {
  const seen = new Set<PhoneNumber>();
  const clashes = new Set<PhoneNumber>();
  for (const { numbers } of departments) {
    for (const number of new Set(numbers)) {
      if (seen.has(number)) clashes.add(number);
      seen.add(number);
    }
  }
  return [...clashes];
}
