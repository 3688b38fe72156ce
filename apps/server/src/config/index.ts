export { advertisedAddress, type InterfaceAddress } from "./advertised-address.ts";
export {
  type Config,
  type ConfigProblem,
  type ConfigResult,
  type DatabaseChoice,
  describeDatabase,
  installationFolder,
  parseConfig,
} from "./parse-config.ts";
export type { PortRange, SettingName } from "./settings.ts";
