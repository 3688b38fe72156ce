import { abuseLabels, type Classifier } from "@jikimi/language";
import type { Example } from "./example.ts";
import { againstTruth, firedByGroup, judge } from "./measure.ts";

const hatedGroups = ["origin", "age", "gender", "race", "religion"];
const kmhasGroups = (example: Example) => example.group.split("+");

/** Everything the model card says it measured. Only texts that were neither learnt from nor calibrated on. */
export function measureAll(classifier: Classifier, examples: readonly Example[], probe: readonly Example[]) {
  const tests = examples.filter((example) => example.role === "test");
  const of = (source: string) =>
    judge(
      classifier,
      tests.filter((example) => example.source === source),
    );
  const ordinary = judge(
    classifier,
    tests.filter((example) => example.source.startsWith("neg_") && example.group !== "swears"),
  );
  const kmhas = of("kmhas");
  const heldOut = of("held-out");
  return {
    falseAlarmsOnOrdinaryTalk: firedByGroup(ordinary, (example) => [example.source, "all"]),
    heldOutWrittenLines: firedByGroup(heldOut),
    spokenProbe: firedByGroup(judge(classifier, probe)),
    kmhasTest: {
      profanity: againstTruth(kmhas, (example) => kmhasGroups(example).includes("profanity"), "profanity"),
      discrimination: againstTruth(
        kmhas,
        (example) => kmhasGroups(example).some((group) => hatedGroups.includes(group)),
        "discrimination",
      ),
      abuseOrNot: againstTruth(kmhas, (example) => example.group !== "none"),
      firedByGroup: firedByGroup(kmhas, kmhasGroups),
    },
    kocohubDev: againstTruth(of("kocohub")),
    curseTest: againstTruth(of("curse")),
    apeachTest: againstTruth(of("apeach")),
    labels: abuseLabels,
  };
}
