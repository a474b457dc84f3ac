// Every operation the server knows, by family, with a search: press one to append it.
import { PlusOutlined } from "@ant-design/icons";
import { Button, Input, Popover, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Operation } from "@/api/preprocess";
import { EmptyNote } from "@/components/empty-note";
import { useFacts } from "./flow-context";
import { found, grouped } from "./operation-values";
import { useTitles } from "./use-titles";

/** Offered at one press: ways that suit most pictures. */
const popular = ["rotate", "flop", "crop-random", "brightness", "contrast", "blur"];

function Choices({ onPick }: { onPick: (operation: Operation) => void }) {
  const { t } = useTranslation();
  const titles = useTitles();
  const { operations } = useFacts();
  const [search, setSearch] = useState("");
  const groups = grouped(found(operations, search, titles.operation));
  return (
    <div className="flow-picker" data-testid="operation-choices">
      <Input allowClear autoFocus value={search} onChange={(event) => setSearch(event.target.value)} placeholder={t("flow.searchOperation")} aria-label={t("flow.searchOperation")} data-testid="operation-search" />
      <div className="flow-picker-list">
        {groups.length === 0 && <EmptyNote text={t("empty.noResult")} />}
        {groups.map(({ family, items }) => (
          <section key={family}>
            <h3>{t(`flow.family.${family}`, { defaultValue: family })}</h3>
            {items.map((one) => (
              <button key={one.name} type="button" onClick={() => onPick(one)} title={one.doc} data-testid={`operation-${one.name}`}>
                <span>{titles.operation(one)} <span className="mono flow-hush">{one.name}</span></span>
                {one.needs_boxes && <Tag>{t("flow.needsBoxes")}</Tag>}
                {one.needs_others && <Tag>{t("flow.needsOthers")}</Tag>}
              </button>
            ))}
          </section>
        ))}
      </div>
    </div>
  );
}

export function OperationPicker({ quick, onPick }: { quick: boolean; onPick: (operation: Operation) => void }) {
  const { t } = useTranslation();
  const titles = useTitles();
  const { operations } = useFacts();
  const [open, setOpen] = useState(false);
  // Opened again at once, the list must not still be searched for the last one.
  const [round, setRound] = useState(0);
  const offered = popular.flatMap((name) => operations.filter((one) => one.name === name));
  const pick = (operation: Operation) => {
    setOpen(false);
    setRound(round + 1);
    onPick(operation);
  };
  return (
    <div className="flow-quick">
      {quick && offered.map((one) => (
        <Button key={one.name} size="small" onClick={() => onPick(one)} data-testid={`quick-${one.name}`}>{titles.operation(one)}</Button>
      ))}
      <Popover open={open} onOpenChange={setOpen} trigger="click" placement="bottomRight" destroyOnHidden content={<Choices key={round} onPick={pick} />} arrow={false}>
        <Button size="small" type="primary" ghost icon={<PlusOutlined />} data-testid="add-operation">{t("flow.addOperation")}</Button>
      </Popover>
    </div>
  );
}
