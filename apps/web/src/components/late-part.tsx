import { Button } from "@mantine/core";
import { type ComponentType, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Note } from "./note.tsx";

/** A component whose script comes after the first picture of the page. */
export class LatePart<Props extends object> {
  readonly #load: () => Promise<ComponentType<Props>>;
  #component: ComponentType<Props> | null = null;

  constructor(load: () => Promise<ComponentType<Props>>) {
    this.#load = load;
  }

  /** Null until its script has come. */
  get component(): ComponentType<Props> | null {
    return this.#component;
  }

  /** Rejects where the script does not come; the next call asks again. */
  async fetch(): Promise<void> {
    this.#component ??= await this.#load();
  }
}

/**
 * Draws a late part. A script that does not come (no network, or a newer build on the server) is said in its place and
 * can be asked for again: what stands around it stays.
 */
export function Late<Props extends object>({ part, props }: { part: LatePart<Props>; props: Props }) {
  const { t } = useTranslation();
  const [state, setState] = useState<"coming" | "here" | "missing">("coming");
  useEffect(() => {
    if (state !== "coming") return;
    let over = false;
    const settle = (next: "here" | "missing") => () => {
      if (!over) setState(next);
    };
    part.fetch().then(settle("here"), settle("missing"));
    return () => {
      over = true;
    };
  }, [part, state]);
  const { component: Component } = part;
  if (Component !== null) return <Component {...props} />;
  if (state === "coming") return null;
  return (
    <Note
      tone="risk"
      icon="wifiOff"
      live
      action={
        <Button size="xs" variant="default" onClick={() => setState("coming")}>
          {t("page.tryAgain")}
        </Button>
      }
    >
      {t("page.partMissing")}
    </Note>
  );
}
