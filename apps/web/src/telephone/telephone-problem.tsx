import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Note } from "../components/note.tsx";
import type { TelephoneErrorCode } from "./telephone.ts";

/** Why the browser's telephone could not do it, and what helps; read out when it appears. */
export function TelephoneProblem({ problem, action }: { problem: TelephoneErrorCode | null; action?: ReactNode }) {
  const { t } = useTranslation();
  if (problem === null) return null;
  return (
    <Note tone="risk" live action={action}>
      {t(`sound.problem.${problem}`)}
    </Note>
  );
}
