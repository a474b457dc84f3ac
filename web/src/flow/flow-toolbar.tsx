// What follows the selected node, and the tools: undo, redo, arrange, templates, files.
import { DownloadOutlined, FolderOpenOutlined, MoreOutlined, PartitionOutlined, PlusOutlined, RedoOutlined, SaveOutlined, FileOutlined, UndoOutlined, UploadOutlined } from "@ant-design/icons";
import { App, Button, Dropdown } from "antd";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { NodeType } from "@/api/preprocess";
import { whyNotAfter } from "./connect-rules";
import { useActions, useFacts } from "./flow-context";
import { emptyGraph, nodeOf } from "./graph";
import { BadGraph, parseGraph, printGraph } from "./graph-json";
import { withLayout } from "./layout";
import { nodeIcons } from "./node-frame";
import { saveFile } from "./save-file";
import { SaveTemplateDialog, TemplatesDialog } from "./templates-dialog";

const followers: NodeType[] = ["filter", "augment", "output", "input"];

function Followers({ selected }: { selected: string | null }) {
  const { t } = useTranslation();
  const { graph } = useFacts();
  const { add } = useActions();
  const from = nodeOf(graph, selected);
  return (
    <div className="flow-followers" role="group" aria-label={t("flow.whatFollows")}>
      {followers.map((type) => {
        // The output is joined to all open ends, whatever is selected; an input follows nothing.
        const refusal = from && type !== "output" && type !== "input" ? whyNotAfter(from.type, type) : null;
        return (
          <Button
            key={type}
            icon={type === "input" ? <PlusOutlined /> : nodeIcons[type]}
            disabled={!!refusal}
            title={refusal ? t(`flow.refused.${refusal}`) : t(`flow.addHelp.${type}`)}
            onClick={() => add(type)}
            data-testid={`add-${type}`}
          >
            {t(`flow.type.${type}`)}
          </Button>
        );
      })}
    </div>
  );
}

function FileMenu({ name }: { name: string }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const { graph } = useFacts();
  const { load } = useActions();
  const [dialog, setDialog] = useState<"load" | "save" | null>(null);
  const picker = useRef<HTMLInputElement>(null);
  const read = async (file: File | undefined) => {
    if (!file) return;
    try {
      load(parseGraph(await file.text()));
    } catch (error) {
      if (!(error instanceof BadGraph)) throw error;
      void message.error(t(`flow.badFile.${error.key}`, { what: error.what }));
    }
  };
  const close = () => setDialog(null);
  return (
    <>
      <Dropdown
        trigger={["click"]}
        menu={{
          items: [
            { key: "fresh", icon: <FileOutlined />, label: <span data-testid="start-over">{t("flow.startOver")}</span>, onClick: () => load(withLayout(emptyGraph())) },
            { type: "divider" },
            { key: "templates", icon: <FolderOpenOutlined />, label: <span data-testid="templates">{t("flow.templates")}</span>, onClick: () => setDialog("load") },
            { key: "save", icon: <SaveOutlined />, label: <span data-testid="save-template">{t("flow.saveTemplate")}</span>, onClick: () => setDialog("save") },
            { type: "divider" },
            { key: "export", icon: <DownloadOutlined />, label: <span data-testid="export-graph">{t("flow.export")}</span>, onClick: () => saveFile(`${name}.graph.json`, printGraph(graph)) },
            { key: "import", icon: <UploadOutlined />, label: <span data-testid="import-graph">{t("flow.import")}</span>, onClick: () => picker.current?.click() },
          ],
        }}
      >
        <Button icon={<MoreOutlined />} aria-label={t("flow.fileMenu")} data-testid="graph-menu" />
      </Dropdown>
      <input ref={picker} type="file" accept=".json,application/json" hidden data-testid="graph-file" onChange={(event) => {
        void read(event.target.files?.[0]);
        event.target.value = "";
      }} />
      {dialog === "load" && <TemplatesDialog onClose={close} />}
      {dialog === "save" && <SaveTemplateDialog onClose={close} />}
    </>
  );
}

interface Props {
  selected: string | null;
  canUndo: boolean;
  canRedo: boolean;
  name: string;
}

export function FlowToolbar({ selected, canUndo, canRedo, name }: Props) {
  const { t } = useTranslation();
  const { undo, redo, arrange } = useActions();
  const tool = (key: "undo" | "redo" | "arrange", icon: JSX.Element, disabled: boolean, run: () => void) => (
    <Button icon={icon} disabled={disabled} onClick={run} title={t(`flow.${key}`)} aria-label={t(`flow.${key}`)} data-testid={`flow-${key}`} />
  );
  return (
    <div className="flow-toolbar">
      <Followers selected={selected} />
      <div className="flow-tools">
        {tool("undo", <UndoOutlined />, !canUndo, undo)}
        {tool("redo", <RedoOutlined />, !canRedo, redo)}
        {tool("arrange", <PartitionOutlined />, false, arrange)}
        <FileMenu name={name} />
      </div>
    </div>
  );
}
