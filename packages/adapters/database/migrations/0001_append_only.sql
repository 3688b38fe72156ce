-- The account of a call is only ever added to. All that may change is that its personal part is erased.
CREATE FUNCTION "keep_call_events"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW."personal" IS NULL
    AND (NEW."call_id", NEW."seq", NEW."at_ms", NEW."recorded_at", NEW."kind", NEW."body"::text, NEW."previous_hash", NEW."hash")
      = (OLD."call_id", OLD."seq", OLD."at_ms", OLD."recorded_at", OLD."kind", OLD."body"::text, OLD."previous_hash", OLD."hash")
    AND NEW."personal_hash" IS NOT DISTINCT FROM OLD."personal_hash"
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'call_events is append-only' USING ERRCODE = 'restrict_violation';
END
$$;
--> statement-breakpoint
CREATE TRIGGER "call_events_append_only" BEFORE UPDATE OR DELETE ON "call_events"
  FOR EACH ROW EXECUTE FUNCTION "keep_call_events"();
--> statement-breakpoint
CREATE FUNCTION "refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
--> statement-breakpoint
CREATE TRIGGER "call_events_no_truncate" BEFORE TRUNCATE ON "call_events"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "policies_append_only" BEFORE UPDATE OR DELETE ON "policies"
  FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "policies_no_truncate" BEFORE TRUNCATE ON "policies"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
