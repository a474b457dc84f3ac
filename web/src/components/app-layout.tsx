// The frame around every page: menu at the side (a drawer on small screens), live light, language, theme, account.
import {
  CloudServerOutlined, DatabaseOutlined, DeploymentUnitOutlined, ExperimentOutlined, LogoutOutlined, MenuOutlined,
  SettingOutlined, TeamOutlined, UnorderedListOutlined, UserOutlined,
} from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Badge, Button, Drawer, Dropdown, Grid, Layout, Menu, Tooltip } from "antd";
import { Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, Outlet, useLocation, useNavigate } from "react-router-dom";
import { http } from "@/api/client";
import { forgetSession, sessionQuery } from "@/api/queries";
import { useLiveStatus } from "@/live/live-context";
import { Brand } from "./brand";
import { PageLoading } from "./page-loading";
import { Preferences } from "./preferences";

const entries = [
  { key: "datasets", icon: <DatabaseOutlined /> },
  { key: "trainings", icon: <ExperimentOutlined /> },
  { key: "models", icon: <DeploymentUnitOutlined /> },
  { key: "jobs", icon: <UnorderedListOutlined /> },
  { key: "storage", icon: <CloudServerOutlined /> },
  { key: "settings", icon: <SettingOutlined /> },
] as const;

function NavMenu({ onGo }: { onGo?: () => void }) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const session = useQuery(sessionQuery);
  const first = pathname.split("/")[1] || "datasets";
  const items = entries.map(({ key, icon }) => ({
    key,
    icon,
    label: <Link to={`/${key}`} data-testid={`menu-${key}`}>{t(`menu.${key}`)}</Link>,
  }));
  const admin = {
    key: "users",
    icon: <TeamOutlined />,
    label: <Link to="/users" data-testid="menu-users">{t("menu.users")}</Link>,
  };
  const all = session.data?.user.role === "admin" ? [...items, admin] : items;
  return (
    <nav aria-label={t("app.short")}>
      <Menu mode="inline" selectedKeys={[first === "runs" ? "trainings" : first]} items={all} onClick={onGo} style={{ borderInlineEnd: 0 }} />
    </nav>
  );
}

function LiveLight() {
  const { t } = useTranslation();
  const status = useLiveStatus();
  return (
    <Tooltip title={t(`live.${status}`)}>
      <span role="status" aria-label={t(`live.${status}`)} data-testid="live" data-status={status}>
        <Badge status={status === "open" ? "success" : status === "waiting" ? "warning" : "processing"} />
      </span>
    </Tooltip>
  );
}

/** How long the connection may be gone before the page says so in words: a restart of the server is over before. */
const lostAfterMs = 3000;

function LostNote() {
  const { t } = useTranslation();
  const status = useLiveStatus();
  const away = status === "waiting" || status === "connecting";
  const [lost, setLost] = useState(false);
  useEffect(() => {
    if (!away) return setLost(false);
    const timer = setTimeout(() => setLost(true), lostAfterMs);
    return () => clearTimeout(timer);
  }, [away]);
  if (!lost) return null;
  return <Alert banner type="warning" message={t("live.lost")} data-testid="connection-lost" />;
}

function AccountMenu() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const session = useQuery(sessionQuery);
  const signOut = async () => {
    // Even when the server cannot be asked, the page forgets everything it has shown.
    await http.delete("/session").catch(() => undefined);
    forgetSession(queries);
  };
  return (
    <Dropdown
      trigger={["click"]}
      menu={{
        items: [
          { key: "settings", icon: <SettingOutlined />, label: t("menu.settings"), onClick: () => navigate("/settings") },
          { key: "out", icon: <LogoutOutlined />, label: <span data-testid="sign-out">{t("accountMenu.signOut")}</span>, onClick: () => void signOut() },
        ],
      }}
    >
      <Button type="text" icon={<UserOutlined />} aria-label={t("accountMenu.profile")} data-testid="account">
        <span style={{ maxWidth: 110, overflow: "hidden", textOverflow: "ellipsis" }}>{session.data?.user.name}</span>
      </Button>
    </Dropdown>
  );
}

export function AppLayout() {
  const { t } = useTranslation();
  const wide = Grid.useBreakpoint().lg ?? window.innerWidth >= 992;
  const [open, setOpen] = useState(false);
  return (
    <Layout style={{ minHeight: "100%" }}>
      <a className="skip-link" href="#content">{t("menu.skip")}</a>
      <Layout.Header style={{ display: "flex", alignItems: "center", gap: 8, height: 56, lineHeight: "56px", position: "sticky", top: 0, zIndex: 20, borderBottom: "1px solid var(--line)" }}>
        {!wide && <Button type="text" icon={<MenuOutlined />} onClick={() => setOpen(true)} aria-label={t("menu.open")} data-testid="open-menu" />}
        <Link to="/datasets" style={{ color: "inherit", flex: 1, minWidth: 0 }}><Brand /></Link>
        <LiveLight />
        <Preferences />
        <AccountMenu />
      </Layout.Header>
      <Layout hasSider={wide}>
        {wide && (
          <Layout.Sider width={184} style={{ borderInlineEnd: "1px solid var(--line)", paddingTop: 12, position: "sticky", top: 57, height: "calc(100vh - 57px)", overflow: "auto" }}>
            <NavMenu />
          </Layout.Sider>
        )}
        <Layout.Content id="content" tabIndex={-1} style={{ minWidth: 0, outline: "none" }}>
          <LostNote />
          <Suspense fallback={<PageLoading />}>
            <Outlet />
          </Suspense>
        </Layout.Content>
      </Layout>
      <Drawer open={open && !wide} onClose={() => setOpen(false)} placement="left" width={248} title={<Brand />} styles={{ body: { padding: 8 } }}>
        <NavMenu onGo={() => setOpen(false)} />
      </Drawer>
    </Layout>
  );
}
