import type { OperationOutput } from "@jikimi/http-api";
import { Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useAsked } from "../../api/use-operation.ts";

type Name = OperationOutput<"recognizers.list">["default"];

/** Which recogniser hears: only what can be used here, and what was chosen before. Null: nothing of its own. */
export function RecognizerSelect({
  value,
  onChange,
  label,
  nothing,
  bare = false,
}: {
  value: Name | null;
  onChange: (value: Name | null) => void;
  label: string;
  /** What it is called when nothing is chosen; left out, the one that hears by default is named. */
  nothing?: string;
  /** Beside a row that says what it is about: the label is for those who do not see it. */
  bare?: boolean;
}) {
  const { t } = useTranslation();
  const known = useAsked("recognizers.list", {}).data;
  const names = (known?.recognizers ?? [])
    .filter(({ name, usable }) => usable || name === value)
    .map(({ name }) => name);
  const byDefault =
    known === undefined ? "" : t("departments.recognizerDefault", { name: t(`recognizers.${known.default}`) });
  return (
    <Select
      {...(bare ? { "aria-label": label, size: "xs" } : { label })}
      allowDeselect={false}
      value={value ?? ""}
      data={[
        { value: "", label: nothing ?? byDefault },
        ...names.map((name) => ({ value: name, label: t(`recognizers.${name}`) })),
      ]}
      onChange={(chosen) => onChange(names.find((name) => name === chosen) ?? null)}
    />
  );
}
