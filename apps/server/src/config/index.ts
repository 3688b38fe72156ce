export { advertisedAddress, type InterfaceAddress } from "./advertised-address.ts";
export {
  type Config,
  type ConfigResult,
  describeDatabase,
  parseConfig,
  recognizerUrlMissing,
} from "./parse-config.ts";
