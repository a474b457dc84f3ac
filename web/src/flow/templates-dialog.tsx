// Graphs kept for other datasets: take one, keep this one, throw one away.
import { DeleteOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Form, Input, Modal, Popconfirm, Skeleton, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { http } from "@/api/client";
import { templatesKey, templatesQuery, type GraphTemplate } from "@/api/preprocess";
import { EmptyNote } from "@/components/empty-note";
import { ErrorAlert } from "@/components/error-alert";
import { formatTime } from "@/components/format-value";
import { descriptionRules, nameRules } from "@/forms/rules";
import { useActions, useFacts } from "./flow-context";
import { BadGraph, asTemplate, readGraph } from "./graph-json";

interface Props {
  onClose: () => void;
}

export function TemplatesDialog({ onClose }: Props) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const { load } = useActions();
  const list = useQuery(templatesQuery);
  const remove = useMutation({
    mutationFn: (id: string) => http.delete(`/graph-templates/${id}`),
    onSettled: () => queries.invalidateQueries({ queryKey: templatesKey }),
  });
  const take = (template: GraphTemplate) => {
    try {
      load(readGraph(template.graph));
      onClose();
    } catch (error) {
      if (!(error instanceof BadGraph)) throw error;
      void message.error(t(`flow.badFile.${error.key}`, { what: error.what }));
    }
  };
  return (
    <Modal open title={t("flow.templates")} footer={null} onCancel={onClose} data-testid="templates-dialog">
      <ErrorAlert error={list.error ?? remove.error} onRetry={list.error ? () => void list.refetch() : undefined} />
      {list.isPending && <Skeleton active />}
      {list.data?.items.length === 0 && <EmptyNote text={t("flow.noTemplates")} />}
      <ul className="flow-templates">
        {list.data?.items.map((one) => (
          <li key={one.id}>
            <button type="button" onClick={() => take(one)} data-testid="template">
              <b>{one.name}</b>
              {one.description && <span>{one.description}</span>}
              <Typography.Text type="secondary">{Array.isArray(one.graph.nodes) ? `${t("flow.nodeCount", { count: one.graph.nodes.length })} · ` : ""}{formatTime(one.created_at)}</Typography.Text>
            </button>
            <Popconfirm title={t("flow.deleteTemplate", { name: one.name })} okText={t("action.delete")} cancelText={t("action.cancel")} onConfirm={() => remove.mutate(one.id)}>
              <Button type="text" danger icon={<DeleteOutlined />} aria-label={t("flow.deleteTemplate", { name: one.name })} data-testid="delete-template" />
            </Popconfirm>
          </li>
        ))}
      </ul>
    </Modal>
  );
}

export function SaveTemplateDialog({ onClose }: Props) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const { graph } = useFacts();
  const [form] = Form.useForm<{ name: string; description?: string }>();
  const save = useMutation({
    mutationFn: (values: { name: string; description?: string }) => http.post<GraphTemplate>("/graph-templates", { name: values.name, description: values.description ?? "", graph: asTemplate(graph) }),
    onSuccess: (made) => {
      void message.success(t("flow.templateSaved", { name: made.name }));
      void queries.invalidateQueries({ queryKey: templatesKey });
      onClose();
    },
  });
  return (
    <Modal open title={t("flow.saveTemplate")} okText={t("action.save")} cancelText={t("action.cancel")} onCancel={onClose} onOk={() => form.submit()} okButtonProps={{ loading: save.isPending, "data-testid": "template-submit" }}>
      <Form form={form} layout="vertical" onFinish={(values) => save.mutate(values)}>
        <Form.Item name="name" label={t("field.name")} rules={nameRules(t, t("field.name"))}><Input autoFocus data-testid="template-name" /></Form.Item>
        <Form.Item name="description" label={t("field.descriptionOptional")} rules={descriptionRules(t)}><Input.TextArea rows={2} /></Form.Item>
      </Form>
      <ErrorAlert error={save.error} />
    </Modal>
  );
}
