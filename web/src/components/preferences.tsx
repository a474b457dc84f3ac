// Language and light/dark switches, used in the header, on the login page and in the settings.
import { BulbOutlined, GlobalOutlined } from "@ant-design/icons";
import { Button, Dropdown, Space } from "antd";
import { useTranslation } from "react-i18next";
import { languages, setLanguage, type Language } from "@/i18n";
import { setThemeChoice, useThemeChoice, type ThemeChoice } from "@/theme";

const themes: ThemeChoice[] = ["system", "light", "dark"];

export function Preferences() {
  const { t, i18n } = useTranslation();
  const choice = useThemeChoice();
  return (
    <Space size={4}>
      <Dropdown
        trigger={["click"]}
        menu={{
          selectable: true,
          selectedKeys: [i18n.language],
          items: languages.map((key) => ({ key, label: t(`language.${key}`) })),
          onClick: ({ key }) => setLanguage(key as Language),
        }}
      >
        <Button type="text" icon={<GlobalOutlined />} aria-label={t("language.label")} title={t("language.label")} data-testid="language" />
      </Dropdown>
      <Dropdown
        trigger={["click"]}
        menu={{
          selectable: true,
          selectedKeys: [choice],
          items: themes.map((key) => ({ key, label: t(`theme.${key}`) })),
          onClick: ({ key }) => setThemeChoice(key as ThemeChoice),
        }}
      >
        <Button type="text" icon={<BulbOutlined />} aria-label={t("theme.label")} title={t("theme.label")} data-testid="theme" />
      </Dropdown>
    </Space>
  );
}
