import { join } from "node:path";
import type { ModelFolders } from "@jikimi/recognizers";

/** Where the models lie that ship, and those that `./jikimi models pull` fetched. */
export function modelFolders(root: string, dataFolder: string): ModelFolders & { readonly pulledModelsDir: string } {
  return { modelsDir: join(root, "assets", "models"), pulledModelsDir: join(dataFolder, "models") };
}
