import type { OperationOutput } from "@jikimi/http-api";
import { Button, SegmentedControl } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ApiFailure } from "../../api/client.ts";
import { useDo } from "../../api/use-operation.ts";
import { useClient } from "../../app/parts.ts";
import { Asked } from "../../components/asked.tsx";
import { NothingHere } from "../../components/nothing-here.tsx";
import { Page } from "../../components/page.tsx";
import { Panel } from "../../components/panel.tsx";
import { useDesk } from "../../live/use-live.ts";
import { CallList } from "./call-list.tsx";

const pageSize = 50;
const filters = ["all", "missed", "incidents"] as const;
type Filter = (typeof filters)[number];

/** Everything that was on one's own line. */
export function Calls() {
  const { t } = useTranslation();
  const client = useClient();
  const [only, setOnly] = useState<Filter>("all");
  const query = useInfiniteQuery<
    OperationOutput<"desk.calls">,
    ApiFailure,
    OperationOutput<"desk.calls">,
    unknown[],
    number | null
  >({
    queryKey: ["desk.calls", "pages", only],
    queryFn: ({ pageParam, signal }) =>
      client.ask(
        "desk.calls",
        { only, limit: pageSize, ...(pageParam === null ? {} : { before: pageParam }) },
        { signal },
      ),
    initialPageParam: null,
    getNextPageParam: ({ calls }) => (calls.length < pageSize ? undefined : (calls.at(-1)?.startedAtMs ?? undefined)),
    select: ({ pages }) => ({ calls: pages.flatMap(({ calls }) => calls) }),
  });
  useMissedSeen();
  return (
    <Page
      title={t("nav.calls")}
      lead={t("calls.lead")}
      aside={
        <SegmentedControl
          aria-label={t("calls.filter")}
          value={only}
          onChange={(value) => setOnly(filters.find((filter) => filter === value) ?? "all")}
          data={filters.map((value) => ({ value, label: t(`calls.only.${value}`) }))}
        />
      }
    >
      <Panel title={t(`calls.heading.${only}`)}>
        <Asked query={query} rows={10}>
          {({ calls }) =>
            calls.length === 0 ? (
              <NothingHere icon="list" title={t("calls.none")}>
                {t(`calls.noneHelp.${only}`)}
              </NothingHere>
            ) : (
              <>
                <CallList calls={calls} />
                {query.hasNextPage && (
                  <Button
                    variant="default"
                    fullWidth
                    mt="md"
                    loading={query.isFetchingNextPage}
                    onClick={() => void query.fetchNextPage()}
                  >
                    {t("calls.more")}
                  </Button>
                )}
              </>
            )
          }
        </Asked>
      </Panel>
    </Page>
  );
}

/** Looking at the list is having seen what was missed. */
function useMissedSeen(): void {
  const missed = useDesk()?.missedCalls ?? 0;
  const { mutate } = useDo("desk.seenMissed");
  useEffect(() => {
    if (missed > 0) mutate({});
  }, [missed, mutate]);
}
