ALTER TABLE "departments" ADD COLUMN "recognizer" text;--> statement-breakpoint
ALTER TABLE "numbers" ADD COLUMN "recognizer" text;