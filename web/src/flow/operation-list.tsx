// Operations in the order they are done; dragged by their grip or moved with the arrows, opened for their settings.
import { ArrowDownOutlined, ArrowUpOutlined, CloseOutlined, HolderOutlined, RightOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState, type DragEvent } from "react";
import { useTranslation } from "react-i18next";
import type { OperationSpec } from "@/api/preprocess";
import { useFacts } from "./flow-context";
import { OperationForm } from "./operation-form";
import { OperationPicker } from "./operation-picker";
import { moved, newSpec, settingsText } from "./operation-values";
import { useTitles } from "./use-titles";

interface Props {
  operations: OperationSpec[];
  /** Offer a few usual ones at one press. */
  quick?: boolean;
  onChange: (operations: OperationSpec[]) => void;
}

interface RowProps {
  spec: OperationSpec;
  at: number;
  count: number;
  open: boolean;
  dragged: boolean;
  onOpen: () => void;
  onChange: (spec: OperationSpec | null) => void;
  onMove: (to: number) => void;
  onDrag: (at: number | null) => void;
  onDrop: (at: number) => void;
}

function Row({ spec, at, count, open, dragged, onOpen, onChange, onMove, onDrag, onDrop }: RowProps) {
  const { t } = useTranslation();
  const titles = useTitles();
  const { operations } = useFacts();
  const operation = operations.find((one) => one.name === spec.op);
  const title = operation ? titles.operation(operation) : spec.op;
  const settings = settingsText(spec, titles.parameter);
  const over = (event: DragEvent) => event.preventDefault();
  return (
    <li className={`flow-operation ${dragged ? "dragged" : ""}`} onDragOver={over} onDrop={() => onDrop(at)} data-testid="operation">
      <div className="flow-operation-head">
        <span className="flow-grip" draggable onDragStart={() => onDrag(at)} onDragEnd={() => onDrag(null)} title={t("flow.dragHelp")}><HolderOutlined /></span>
        <button type="button" className="flow-operation-name" onClick={onOpen} aria-expanded={open} data-testid={`open-${spec.op}`}>
          <RightOutlined rotate={open ? 90 : 0} />
          <span>
            {title}
            {(spec.probability ?? 1) !== 1 && <span className="flow-hush"> {Math.round((spec.probability ?? 1) * 100)}%</span>}
            {!open && settings && <small className="flow-hush">{settings}</small>}
          </span>
        </button>
        <Button size="small" type="text" icon={<ArrowUpOutlined />} disabled={at === 0} onClick={() => onMove(at - 1)} aria-label={t("flow.earlier", { name: title })} />
        <Button size="small" type="text" icon={<ArrowDownOutlined />} disabled={at === count - 1} onClick={() => onMove(at + 1)} aria-label={t("flow.later", { name: title })} />
        <Button size="small" type="text" icon={<CloseOutlined />} onClick={() => onChange(null)} aria-label={t("flow.takeOut", { name: title })} data-testid={`remove-${spec.op}`} />
      </div>
      {open && operation && <OperationForm spec={spec} operation={operation} onChange={onChange} />}
      {open && !operation && <p className="flow-hush">{t("flow.unknownOperation")}</p>}
    </li>
  );
}

export function OperationList({ operations, quick = false, onChange }: Props) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<number | null>(null);
  const [dragged, setDragged] = useState<number | null>(null);
  const move = (from: number, to: number) => {
    onChange(moved(operations, from, to));
    setOpen(open === from ? to : null);
  };
  const replace = (at: number, spec: OperationSpec | null) => {
    if (spec === null) setOpen(null);
    onChange(spec ? operations.map((old, i) => (i === at ? spec : old)) : operations.filter((_, i) => i !== at));
  };
  return (
    <div>
      {operations.length > 0 && (
        <ol className="flow-operations" aria-label={t("flow.operations")}>
          {operations.map((spec, at) => (
            <Row
              key={at}
              spec={spec}
              at={at}
              count={operations.length}
              open={open === at}
              dragged={dragged === at}
              onOpen={() => setOpen(open === at ? null : at)}
              onChange={(next) => replace(at, next)}
              onMove={(to) => move(at, to)}
              onDrag={setDragged}
              onDrop={(to) => dragged !== null && move(dragged, to)}
            />
          ))}
        </ol>
      )}
      <OperationPicker quick={quick} onPick={(operation) => onChange([...operations, newSpec(operation)])} />
    </div>
  );
}
