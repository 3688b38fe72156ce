import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { CommandFailure } from "../../cli/command.ts";

type PageBuilder = {
  ensureWebApp(options: { readonly root: string }): Promise<"fresh" | "built" | "failed">;
};

/** The page as its sources are now, by the launcher's own builder: an old one would be measured in vain. */
export async function buildPage(root: string): Promise<void> {
  const { ensureWebApp } = (await import(pathToFileURL(join(root, "scripts/lib/web-app.mjs")).href)) as PageBuilder;
  if ((await ensureWebApp({ root })) !== "failed") return;
  throw new CommandFailure(
    "page-not-built",
    { ko: "측정할 화면을 만들지 못했습니다.", en: "The page to be measured could not be built." },
    { ko: "npm install 뒤에 다시 해 보십시오.", en: "Try again after npm install." },
  );
}
