CREATE TABLE "announcement_media" (
	"sha256" text PRIMARY KEY NOT NULL,
	"announcement" text NOT NULL,
	"language" text NOT NULL,
	"text" text NOT NULL,
	"synthetic" boolean NOT NULL,
	"wav" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "call_events" (
	"call_id" text NOT NULL,
	"seq" integer NOT NULL,
	"at_ms" double precision NOT NULL,
	"recorded_at" timestamp (3) with time zone NOT NULL,
	"kind" text NOT NULL,
	"body" json NOT NULL,
	"personal" json,
	"personal_hash" text,
	"previous_hash" text NOT NULL,
	"hash" text NOT NULL,
	CONSTRAINT "call_events_call_id_seq_pk" PRIMARY KEY("call_id","seq")
);
--> statement-breakpoint
CREATE TABLE "calls" (
	"call_id" text PRIMARY KEY NOT NULL,
	"direction" text NOT NULL,
	"caller_number" text,
	"line_number" text,
	"started_at" timestamp (3) with time zone NOT NULL,
	"simulated" boolean NOT NULL,
	"department_id" text,
	"agent_id" text,
	"state" text NOT NULL,
	"notice_completed_at" timestamp (3) with time zone,
	"bridged_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	"end_reason" text,
	"recording_path" text,
	"recording_sha256" text,
	"recording_summary" json,
	"recognizer" text,
	"policy_id" text,
	"policy_version" integer,
	"last_seq" integer NOT NULL,
	"last_hash" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "departments" (
	"id" text PRIMARY KEY NOT NULL,
	"name_ko" text NOT NULL,
	"name_en" text NOT NULL,
	"recording_mode" text NOT NULL,
	"notice_before_connection" boolean NOT NULL,
	"policy_id" text NOT NULL,
	"hours" json,
	"ring_timeout_ms" integer NOT NULL,
	"queue_timeout_ms" integer NOT NULL,
	"language" text NOT NULL,
	"display_number" text,
	CONSTRAINT "departments_recorded_is_announced" CHECK ("departments"."recording_mode" <> 'all-call' or "departments"."notice_before_connection")
);
--> statement-breakpoint
CREATE TABLE "incidents" (
	"incident_id" text PRIMARY KEY NOT NULL,
	"call_id" text NOT NULL,
	"opened_at" timestamp (3) with time zone NOT NULL,
	"opened_seq" integer NOT NULL,
	"cause" json,
	"policy_id" text NOT NULL,
	"policy_version" integer NOT NULL,
	"state" text NOT NULL,
	"closed_at" timestamp (3) with time zone,
	"closed_seq" integer,
	"outcome" json
);
--> statement-breakpoint
CREATE TABLE "numbers" (
	"number" text PRIMARY KEY NOT NULL,
	"department_id" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "organisation" (
	"id" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"name_ko" text NOT NULL,
	"name_en" text NOT NULL,
	"language" text NOT NULL,
	"time_zone" text NOT NULL,
	"sip_realm" text NOT NULL,
	CONSTRAINT "organisation_is_one" CHECK ("organisation"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE "people" (
	"id" text PRIMARY KEY NOT NULL,
	"sip_username" text NOT NULL,
	"display_name" text NOT NULL,
	"role" text NOT NULL,
	"department_id" text,
	"ha1_md5" text NOT NULL,
	"ha1_sha256" text NOT NULL,
	"active" boolean NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "people_sipUsername_unique" UNIQUE("sip_username")
);
--> statement-breakpoint
CREATE TABLE "policies" (
	"id" text NOT NULL,
	"version" integer NOT NULL,
	"body" json NOT NULL,
	"author" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "policies_id_version_pk" PRIMARY KEY("id","version")
);
--> statement-breakpoint
CREATE TABLE "trunks" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"host" text NOT NULL,
	"port" integer NOT NULL,
	"transport" text NOT NULL,
	"route" json NOT NULL,
	"number_format" text NOT NULL,
	"priority" integer NOT NULL,
	"active" boolean NOT NULL,
	"sealed_secret" text,
	CONSTRAINT "trunks_name_unique" UNIQUE("name")
);
--> statement-breakpoint
ALTER TABLE "numbers" ADD CONSTRAINT "numbers_department_id_departments_id_fk" FOREIGN KEY ("department_id") REFERENCES "public"."departments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "people" ADD CONSTRAINT "people_department_id_departments_id_fk" FOREIGN KEY ("department_id") REFERENCES "public"."departments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "calls_by_start" ON "calls" USING btree ("started_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "calls_unfinished" ON "calls" USING btree ("started_at") WHERE "calls"."state" <> 'ended';--> statement-breakpoint
CREATE INDEX "incidents_by_opening" ON "incidents" USING btree ("opened_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "incidents_of_call" ON "incidents" USING btree ("call_id");--> statement-breakpoint
CREATE INDEX "numbers_of_department" ON "numbers" USING btree ("department_id");