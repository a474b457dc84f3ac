// The wizard of R4.1: dataset > image > resources > created.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Card, Form, Space, Steps } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate } from "react-router-dom";
import { http } from "@/api/client";
import { keys } from "@/api/queries";
import type { Training } from "@/api/types";
import { ErrorAlert } from "@/components/error-alert";
import { PageHeader } from "@/components/page-header";
import { TrainingNameDialog, type TrainingName } from "@/forms/training-name-dialog";
import { trainingRequest, type ResourceValues, type TrainingDraft } from "@/forms/training-values";
import { UploadBar } from "@/forms/upload-bar";
import { isAbort, useUpload } from "@/forms/use-upload";
import { WizardData } from "@/forms/wizard-data";
import { WizardImage } from "@/forms/wizard-image";
import { WizardResources } from "@/forms/wizard-resources";

function useCreateTraining() {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const upload = useUpload();
  const create = useMutation({
    mutationFn: async ({ draft, values, code }: { draft: TrainingDraft; values: ResourceValues; code: File | null }) => {
      const sent = code ? await upload.send(code, code.name) : undefined;
      return http.post<Training>("/trainings", trainingRequest(draft, values, sent?.id));
    },
    onSuccess: (training) => {
      void message.success(t("training.created"));
      void queries.invalidateQueries({ queryKey: keys.list("training") });
      navigate(`/trainings/${training.id}`);
    },
  });
  return { upload, create };
}

export function TrainingCreatePage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const named = useLocation().state as TrainingName | null;
  const { message } = App.useApp();
  const [draft, setDraft] = useState<TrainingDraft>({ name: named?.name ?? "", description: named?.description ?? "", trainSet: null, valSet: null, image: "" });
  const [step, setStep] = useState(0);
  const [naming, setNaming] = useState(!named);
  const [code, setCode] = useState<File | null>(null);
  const [form] = Form.useForm<ResourceValues>();
  const { upload, create } = useCreateTraining();

  const change = (part: Partial<TrainingDraft>) => setDraft((old) => ({ ...old, ...part }));
  const next = () => {
    if (step === 0 && !draft.trainSet) return void message.warning(t("wizard.trainRequired"));
    if (step === 1 && !draft.image.trim()) return void message.warning(t("wizard.imageRequired"));
    setStep(step + 1);
  };
  const submit = (values: ResourceValues) => (draft.name ? create.mutate({ draft, values, code }) : setNaming(true));
  return (
    <div className="page" style={{ maxWidth: 980 }}>
      <PageHeader title={`${t("training.create")}${draft.name ? ` · ${draft.name}` : ""}`} back="/trainings">
        <Button onClick={() => setNaming(true)}>{t("wizard.rename")}</Button>
      </PageHeader>
      <Card>
        <Steps
          current={step}
          responsive={false}
          size="small"
          style={{ marginBottom: 20 }}
          onChange={(target) => target < step && setStep(target)}
          items={[{ title: t("wizard.stepData") }, { title: t("wizard.stepImage") }, { title: t("wizard.stepResources") }]}
        />
        {step === 0 && <WizardData trainSet={draft.trainSet} valSet={draft.valSet} onChange={change} onNext={() => setStep(1)} />}
        {step === 1 && <WizardImage image={draft.image} onChange={(image) => change({ image })} />}
        <div style={{ display: step === 2 ? undefined : "none" }}>
          <WizardResources form={form} code={code} onCode={setCode} onSubmit={submit} disabled={create.isPending} />
        </div>
        <div className="stack" style={{ marginTop: 20 }}>
          <UploadBar progress={upload.progress} onStop={upload.stop} />
          {create.isError && !isAbort(create.error) && <ErrorAlert error={create.error} />}
          <Space wrap>
            <Button onClick={() => navigate("/trainings")}>{t("action.cancel")}</Button>
            {step > 0 && <Button onClick={() => setStep(step - 1)}>{t("action.previous")}</Button>}
            {step < 2 && <Button type="primary" onClick={next} data-testid="wizard-next">{t("action.next")}</Button>}
            {step === 2 && <Button type="primary" loading={create.isPending} onClick={() => form.submit()} data-testid="training-submit">{t("training.createSubmit")}</Button>}
          </Space>
        </div>
      </Card>
      {naming && (
        <TrainingNameDialog
          initial={{ name: draft.name, description: draft.description }}
          onClose={() => (draft.name ? setNaming(false) : navigate("/trainings"))}
          onDone={(value) => { change(value); setNaming(false); }}
        />
      )}
    </div>
  );
}
