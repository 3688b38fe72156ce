import { Button, Modal, NumberInput, PasswordInput, SegmentedControl, Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAsked, useDo } from "../../api/use-operation.ts";
import { Asked } from "../../components/asked.tsx";
import { FailureNote } from "../../components/failure-note.tsx";
import { Icon } from "../../components/icon.tsx";
import { NothingHere } from "../../components/nothing-here.tsx";
import { Page } from "../../components/page.tsx";
import { Panel } from "../../components/panel.tsx";
import { Tag } from "../../components/tag.tsx";
import styles from "./office.module.css";

/** The ways out to a carrier or an exchange. */
export function Lines() {
  const { t } = useTranslation();
  const query = useAsked("trunks.list", {});
  const [adding, setAdding] = useState(false);
  return (
    <Page
      title={t("nav.lines")}
      lead={t("lines.lead")}
      aside={
        <Button leftSection={<Icon name="plus" />} onClick={() => setAdding(true)}>
          {t("lines.add")}
        </Button>
      }
    >
      <Panel title={t("lines.list")}>
        <Asked query={query} rows={3}>
          {({ trunks }) =>
            trunks.length === 0 ? (
              <NothingHere icon="cable" title={t("lines.none")}>
                {t("lines.noneHelp")}
              </NothingHere>
            ) : (
              <ul className={styles.rows}>
                {trunks.map(({ id, name, host, port, transport, route, active }) => (
                  <li key={id}>
                    <div className={styles.what}>
                      <span className={styles.name}>{name}</span>
                      <span className={styles.facts}>
                        <span>
                          {host}:{port} {transport.toUpperCase()}
                        </span>
                        <span>{t(`lines.route.${route.kind}`)}</span>
                      </span>
                    </div>
                    <Tag tone={active ? "calm" : "plain"}>{t(active ? "lines.active" : "lines.inactive")}</Tag>
                  </li>
                ))}
              </ul>
            )
          }
        </Asked>
      </Panel>
      {adding && <AddLine onClose={() => setAdding(false)} />}
    </Page>
  );
}

function AddLine({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const add = useDo("trunks.add", { refreshes: ["trunks.list"] });
  const [name, setName] = useState("");
  const [id, setId] = useState("");
  const [host, setHost] = useState("");
  const [port, setPort] = useState(5060);
  const [transport, setTransport] = useState<"udp" | "tcp">("udp");
  const [kind, setKind] = useState<"address" | "registered">("registered");
  const [username, setUsername] = useState("");
  const [secret, setSecret] = useState("");
  const [sources, setSources] = useState("");
  const ready = [name, id, host, kind === "registered" ? username : sources].every((text) => text.trim() !== "");
  const save = () =>
    add.mutate(
      {
        id: id.trim(),
        name: name.trim(),
        host: host.trim(),
        port,
        transport,
        route:
          kind === "registered"
            ? { kind, username: username.trim() }
            : { kind, sources: sources.split(/[\s,]+/).filter((source) => source !== "") },
        ...(secret === "" ? {} : { secret }),
      },
      { onSuccess: onClose },
    );
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t("lines.add")}
      closeButtonProps={{ "aria-label": t("page.close") }}
    >
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) save();
        }}
      >
        <SegmentedControl
          fullWidth
          aria-label={t("lines.kind")}
          value={kind}
          onChange={(value) => setKind(value === "address" ? "address" : "registered")}
          data={(["registered", "address"] as const).map((value) => ({ value, label: t(`lines.route.${value}`) }))}
        />
        <p className={styles.help}>{t(`lines.routeHelp.${kind}`)}</p>
        <div className={styles.pair}>
          <TextInput
            data-autofocus
            label={t("lines.name")}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <TextInput
            label={t("lines.id")}
            description={t("departments.idHelp")}
            autoCapitalize="none"
            spellCheck={false}
            value={id}
            onChange={(event) => setId(event.currentTarget.value)}
          />
        </div>
        <div className={styles.pair}>
          <TextInput
            label={t("lines.host")}
            autoCapitalize="none"
            spellCheck={false}
            value={host}
            onChange={(event) => setHost(event.currentTarget.value)}
          />
          <NumberInput
            label={t("lines.port")}
            min={1}
            max={65535}
            hideControls
            value={port}
            onChange={(value) => setPort(Number(value) || 5060)}
          />
          <Select
            label={t("lines.transport")}
            allowDeselect={false}
            value={transport}
            data={[
              { value: "udp", label: "UDP" },
              { value: "tcp", label: "TCP" },
            ]}
            onChange={(value) => setTransport(value === "tcp" ? "tcp" : "udp")}
          />
        </div>
        {kind === "registered" ? (
          <div className={styles.pair}>
            <TextInput
              label={t("lines.username")}
              autoComplete="off"
              spellCheck={false}
              value={username}
              onChange={(event) => setUsername(event.currentTarget.value)}
            />
            <PasswordInput
              label={t("lines.secret")}
              autoComplete="off"
              value={secret}
              visibilityToggleButtonProps={{ "aria-label": t("signIn.showPassword"), tabIndex: 0 }}
              onChange={(event) => setSecret(event.currentTarget.value)}
            />
          </div>
        ) : (
          <TextInput
            label={t("lines.sources")}
            description={t("lines.sourcesHelp")}
            spellCheck={false}
            value={sources}
            onChange={(event) => setSources(event.currentTarget.value)}
          />
        )}
        <FailureNote failure={add.error} />
        <div className={styles.foot}>
          <Button variant="default" onClick={onClose}>
            {t("page.cancel")}
          </Button>
          <Button type="submit" disabled={!ready} loading={add.isPending}>
            {t("lines.add")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
