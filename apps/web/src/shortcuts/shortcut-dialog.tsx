import { Modal } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { ShortcutList } from "./shortcut-list.tsx";

/** The list of shortcuts over whatever screen one is on. */
export function ShortcutDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("shortcuts.title")}
      size="lg"
      closeButtonProps={{ "aria-label": t("page.close") }}
    >
      <ShortcutList />
    </Modal>
  );
}
