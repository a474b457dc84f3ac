// Classes to tick, with how many pictures each has; shortcuts for all, none and all that no other filter has.
import { Button, Checkbox, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { FilterNode } from "@/api/preprocess";
import type { ClassCount } from "@/api/types";
import { formatCount } from "@/components/format-value";
import { allOthers, goneClasses, toggled } from "./class-ticks";
import { useFacts } from "./flow-context";

const searchFrom = 12;
const drawnMost = 500;

interface Props {
  node: FilterNode;
  classes: ClassCount[];
  onChange: (values: string[]) => void;
}

export function ClassList({ node, classes, onChange }: Props) {
  const { t } = useTranslation();
  const { graph } = useFacts();
  const [search, setSearch] = useState("");
  const names = classes.map((one) => one.class);
  const gone = goneClasses(node.values, names);
  const wanted = search.trim().toLowerCase();
  const fitting = classes.filter((one) => one.class.toLowerCase().includes(wanted));
  const items = classes.filter((one) => node.values.includes(one.class)).reduce((sum, one) => sum + one.count, 0);
  return (
    <div>
      <div className="toolbar">
        <Button size="small" onClick={() => onChange(allOthers(graph, node, names))} title={t("flow.othersHelp")} data-testid="class-others">{t("flow.others")}</Button>
        <Button size="small" onClick={() => onChange(names)} data-testid="class-all">{t("flow.all")}</Button>
        <Button size="small" onClick={() => onChange([])} disabled={node.values.length === 0} data-testid="class-none">{t("flow.none")}</Button>
        <span className="flow-hush" data-testid="ticked">{t("flow.ticked", { count: node.values.length, items: formatCount(items) })}</span>
      </div>
      {classes.length >= searchFrom && <Input allowClear size="small" value={search} onChange={(event) => setSearch(event.target.value)} placeholder={t("flow.searchClass")} aria-label={t("flow.searchClass")} style={{ marginBottom: 8 }} />}
      <div className="flow-classes" role="group" aria-label={t("flow.classes")}>
        {fitting.slice(0, drawnMost).map((one) => (
          <Checkbox key={one.class} checked={node.values.includes(one.class)} onChange={() => onChange(toggled(node.values, one.class))} data-testid={`class-${one.class}`}>
            <span className="flow-class"><span title={one.class}>{one.class}</span><span className="flow-hush">{formatCount(one.count)}</span></span>
          </Checkbox>
        ))}
        {fitting.length > drawnMost && <span className="flow-hush">{t("flow.moreClasses", { count: fitting.length - drawnMost })}</span>}
        {gone.map((name) => (
          <Checkbox key={name} checked onChange={() => onChange(toggled(node.values, name))}>
            <span className="flow-class"><del>{name}</del><span className="flow-hush">{t("flow.gone")}</span></span>
          </Checkbox>
        ))}
      </div>
    </div>
  );
}
