// R4.1-01: the pop-up that asks for the name before the wizard starts.
import { Form, Input, Modal } from "antd";
import { useTranslation } from "react-i18next";
import { descriptionRules, nameRules } from "./rules";

export interface TrainingName {
  name: string;
  description: string;
}

export function TrainingNameDialog({ initial, onDone, onClose }: { initial?: TrainingName; onDone: (named: TrainingName) => void; onClose: () => void }) {
  const { t } = useTranslation();
  const [form] = Form.useForm<TrainingName>();
  return (
    <Modal open title={t("training.create")} okText={t("action.confirm")} onCancel={onClose} onOk={() => form.submit()} okButtonProps={{ "data-testid": "name-confirm" }}>
      <Form form={form} layout="vertical" initialValues={initial} onFinish={({ name, description }) => onDone({ name, description: description ?? "" })}>
        <Form.Item name="name" label={t("field.name")} hasFeedback rules={nameRules(t, t("training.name"))}><Input autoFocus data-testid="training-name" /></Form.Item>
        <Form.Item name="description" label={t("training.descriptionOptional")} rules={descriptionRules(t)}><Input.TextArea rows={3} /></Form.Item>
      </Form>
    </Modal>
  );
}
