ALTER TABLE "calls" ADD COLUMN "trial_kind" text;
--> statement-breakpoint
UPDATE "calls" SET "trial_kind" = 'simulated' WHERE "simulated";
