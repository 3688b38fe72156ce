import type { CallView } from "@jikimi/live-events";
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Note } from "../components/note.tsx";
import type { CallActions } from "./use-call-actions.ts";

/** Asking a colleague while the caller hears music: connect the two, or go back. */
export function Consultation({
  consultation,
  actions,
}: {
  consultation: NonNullable<CallView["consultation"]>;
  actions: CallActions;
}) {
  const { t } = useTranslation();
  return (
    <Note
      icon="transfer"
      live
      action={
        <>
          <Button
            size="xs"
            disabled={consultation.state !== "talking" || actions.busy}
            onClick={() => actions.finishTransfer("complete")}
          >
            {t("transfer.complete")}
          </Button>
          <Button size="xs" variant="default" disabled={actions.busy} onClick={() => actions.finishTransfer("cancel")}>
            {t("transfer.back")}
          </Button>
        </>
      }
    >
      {t(`transfer.state.${consultation.state}`, { to: consultation.to })}
    </Note>
  );
}
