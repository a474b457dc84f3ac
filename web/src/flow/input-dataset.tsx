// Which dataset an input reads: the one the editor was opened from, or any other finished one.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Form, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { InputNode } from "@/api/preprocess";
import { datasetQuery, datasetsQuery } from "@/api/queries";
import { useDebounced } from "@/components/use-debounced";
import { useActions } from "./flow-context";

/** The name of what an input reads; its id until that is known. */
export function useInputName(list: string | undefined): string {
  const { t } = useTranslation();
  const dataset = useQuery({ ...datasetQuery(list ?? ""), enabled: !!list });
  return list ? (dataset.data?.name ?? list) : t("flow.thisDataset");
}

export function InputDataset({ node }: { node: InputNode }) {
  const { t } = useTranslation();
  const { update } = useActions();
  const [search, setSearch] = useState("");
  const found = useInfiniteQuery(datasetsQuery(useDebounced(search)));
  const chosen = useInputName(node.list);
  const rows = found.data?.pages.flatMap((page) => page.items).filter((dataset) => dataset.state === "success") ?? [];
  const options = rows.map((dataset) => ({ value: dataset.id, label: dataset.name }));
  if (node.list && !options.some((one) => one.value === node.list)) options.unshift({ value: node.list, label: chosen });
  return (
    <Form.Item label={t("flow.inputDataset")} htmlFor="flow-input-dataset" layout="vertical">
      <Select
        id="flow-input-dataset"
        showSearch
        filterOption={false}
        onSearch={setSearch}
        loading={found.isFetching}
        value={node.list ?? ""}
        onChange={(list) => update(node.id, { list: list || undefined })}
        options={[{ value: "", label: t("flow.thisDataset") }, ...options]}
        data-testid="input-dataset"
      />
    </Form.Item>
  );
}
