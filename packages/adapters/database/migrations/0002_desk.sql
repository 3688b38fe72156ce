CREATE TABLE "agent_calls" (
	"call_id" text NOT NULL,
	"agent_id" text NOT NULL,
	"joined_at" timestamp (3) with time zone,
	"missed_at" timestamp (3) with time zone,
	"missed_seen_at" timestamp (3) with time zone,
	"left_at" timestamp (3) with time zone,
	"disposition" text,
	"note" text DEFAULT '' NOT NULL,
	"completed_at" timestamp (3) with time zone,
	CONSTRAINT "agent_calls_call_id_agent_id_pk" PRIMARY KEY("call_id","agent_id")
);
--> statement-breakpoint
CREATE INDEX "agent_calls_of_person" ON "agent_calls" USING btree ("agent_id");--> statement-breakpoint
CREATE INDEX "agent_calls_missed" ON "agent_calls" USING btree ("agent_id") WHERE "agent_calls"."missed_at" is not null and "agent_calls"."joined_at" is null and "agent_calls"."missed_seen_at" is null;--> statement-breakpoint
CREATE INDEX "calls_of_agent" ON "calls" USING btree ("agent_id","started_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "calls_of_caller" ON "calls" USING btree ("caller_number","started_at" DESC NULLS LAST);--> statement-breakpoint
-- Calls of before there was a desk belong to who answered them; nobody is asked to write them up now.
INSERT INTO "agent_calls" ("call_id", "agent_id", "joined_at", "completed_at")
  SELECT "call_id", "agent_id", coalesce("bridged_at", "started_at"), coalesce("ended_at", "started_at")
  FROM "calls" WHERE "agent_id" IS NOT NULL;
