// Step 1 (R4.1-02..05): the training set is required; its counterpart is offered as the validation set.
import { useQueryClient } from "@tanstack/react-query";
import { App, Button, Modal, Tabs, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { formattedSetQuery } from "@/api/queries";
import type { FormattedSet } from "@/api/types";
import { errorLine } from "@/components/error-alert";
import { setTitle } from "@/components/formatted-sets";
import { FormattedSetsPicker } from "@/components/formatted-sets-picker";

interface Props {
  trainSet: FormattedSet | null;
  valSet: FormattedSet | null;
  onChange: (change: { trainSet?: FormattedSet | null; valSet?: FormattedSet | null }) => void;
  onNext: () => void;
}

function Chosen({ label, set }: { label: string; set: FormattedSet | null }) {
  const { t } = useTranslation();
  return (
    <div>
      <Typography.Text type="secondary">{label}: </Typography.Text>
      {set ? <span>{setTitle(t, set)} · <span className="mono">{set.batch}</span></span> : t("wizard.notChosen")}
    </div>
  );
}

export function WizardData({ trainSet, valSet, onChange, onNext }: Props) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [tab, setTab] = useState("train");
  const [offer, setOffer] = useState<FormattedSet | null>(null);

  const pickTrain = async (set: FormattedSet) => {
    onChange({ trainSet: set });
    if (!set.counterpart_id || valSet?.id === set.counterpart_id) return;
    try {
      const pair = await queries.fetchQuery(formattedSetQuery(set.counterpart_id));
      if (pair.state === "done") setOffer(pair);
    } catch (error) {
      void message.error(errorLine(t, error));
    }
  };
  const take = () => {
    onChange({ valSet: offer });
    setOffer(null);
    onNext();
  };
  const chooseOther = () => {
    setOffer(null);
    setTab("val");
  };
  return (
    <div className="stack">
      <Tabs
        activeKey={tab}
        onChange={setTab}
        items={[
          { key: "train", label: t("wizard.trainTab"), children: <FormattedSetsPicker splits={["train"]} value={trainSet} onPick={(set) => void pickTrain(set)} /> },
          { key: "val", label: <span data-testid="tab-val">{t("wizard.valTab")}</span>, children: <FormattedSetsPicker splits={["val", "test"]} value={valSet} onPick={(set) => onChange({ valSet: set })} /> },
        ]}
      />
      <div data-testid="chosen-sets">
        <Chosen label={t("training.trainSet")} set={trainSet} />
        <Chosen label={t("training.valSet")} set={valSet} />
        {valSet && <Button type="link" size="small" style={{ padding: 0 }} onClick={() => onChange({ valSet: null })}>{t("wizard.clearVal")}</Button>}
      </div>
      {offer && (
        <Modal open title={t("wizard.pairTitle")} okText={t("action.ok")} cancelText={t("action.cancel")} onOk={take} onCancel={chooseOther} okButtonProps={{ "data-testid": "pair-take" }} data-testid="pair-dialog">
          <Typography.Paragraph>{t("wizard.pairText")}</Typography.Paragraph>
          <Typography.Paragraph type="secondary" style={{ marginBottom: 0 }}>{setTitle(t, offer)} · <span className="mono">{offer.batch}</span></Typography.Paragraph>
        </Modal>
      )}
    </div>
  );
}
