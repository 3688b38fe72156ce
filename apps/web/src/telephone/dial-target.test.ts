import { expect, test } from "vitest";
import { dialTarget } from "./dial-target.ts";

test.for([
  ["02-2133-0000", "sip:0221330000@jikimi.test"],
  ["(02) 2133.0000", "sip:0221330000@jikimi.test"],
  ["+82 10-1234-5678", "sip:%2B821012345678@jikimi.test"],
  ["*51", "sip:*51@jikimi.test"],
  ["trial-341ee3b6-07", "sip:trial-341ee3b6-07@jikimi.test"],
  ["callback-c-mwsy8pfh-04b18650c0", "sip:callback-c-mwsy8pfh-04b18650c0@jikimi.test"],
  ["agent1", "sip:agent1@jikimi.test"],
  ["sip:echo@127.0.0.1", "sip:echo@127.0.0.1"],
  ["누구", "sip:%EB%88%84%EA%B5%AC@jikimi.test"],
] as const)("%s is dialled as %s", ([target, uri]) => {
  expect(dialTarget(target, "jikimi.test")).toBe(uri);
});
