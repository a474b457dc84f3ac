// The description with its pencil (U3.2-07).
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { http } from "@/api/client";
import { keys } from "@/api/queries";
import { errorLine } from "./error-alert";

export function DescriptionEditor({ path, noun, text }: { path: string; noun: string; text: string }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: (description: string) => http.patch<{ id: string }>(path, { description }),
    onSuccess: (changed) => {
      queries.setQueryData(keys.one(noun, changed.id), changed);
      void queries.invalidateQueries({ queryKey: keys.list(noun) });
      void message.success(t("dataset.descriptionSaved"));
    },
    onError: (error) => void message.error(errorLine(t, error)),
  });
  return (
    <Typography.Paragraph
      style={{ margin: 0 }}
      type={text ? undefined : "secondary"}
      data-testid="description"
      editable={{ text, maxLength: 500, tooltip: t("action.edit"), onChange: (next) => next !== text && save.mutate(next) }}
    >
      {text || t("dataset.noDescription")}
    </Typography.Paragraph>
  );
}
