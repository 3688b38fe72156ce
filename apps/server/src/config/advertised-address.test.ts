import { expect, test } from "vitest";
import { advertisedAddress } from "./advertised-address.ts";

const interfaces = {
  lo: [{ address: "127.0.0.1", family: "IPv4", internal: true }],
  eth0: [
    { address: "fe80::1", family: "IPv6", internal: false },
    { address: "192.168.0.10", family: "IPv4", internal: false },
  ],
};

test.for([
  { bindAddress: "127.0.0.1", publicAddress: null, expected: "127.0.0.1" },
  { bindAddress: "127.0.0.1", publicAddress: "203.0.113.7", expected: "203.0.113.7" },
  { bindAddress: "192.168.0.20", publicAddress: null, expected: "192.168.0.20" },
  { bindAddress: "0.0.0.0", publicAddress: null, expected: "192.168.0.10" },
  { bindAddress: "0.0.0.0", publicAddress: "203.0.113.7", expected: "203.0.113.7" },
])("bound to $bindAddress, public $publicAddress: phones are told $expected", ({ expected, ...addresses }) => {
  expect(advertisedAddress(addresses, interfaces)).toBe(expected);
});

test("a machine with loopback alone is reached at loopback", () => {
  expect(advertisedAddress({ bindAddress: "0.0.0.0", publicAddress: null }, { lo: interfaces.lo })).toBe("127.0.0.1");
});
