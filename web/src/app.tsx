// Providers in order: theme and words, server cache, session; then either the login page or the product.
import { QueryCache, QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { App as AntApp, ConfigProvider, Spin } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import { useTranslation } from "react-i18next";
import { RouterProvider } from "react-router-dom";
import { ApiError, setSignedOutListener } from "./api/client";
import { forgetSession, sessionQuery } from "./api/queries";
import { ErrorBlock } from "./components/error-alert";
import { LiveProvider } from "./live/live-context";
import { ForcedPasswordPage } from "./pages/forced-password-page";
import { LoginPage } from "./pages/login-page";
import { router } from "./routes";
import { antdThemeConfig, useDocumentTheme, useIsDark } from "./theme";

const queries = new QueryClient({
  queryCache: new QueryCache(),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      refetchOnWindowFocus: false,
      // The server said no: asking again gives the same. Only a lost connection or a busy server is retried.
      retry: (count, error) => count < 2 && error instanceof ApiError && (error.status === 0 || error.status === 503),
    },
  },
});

setSignedOutListener(() => forgetSession(queries));

function Gate() {
  const session = useQuery(sessionQuery);
  if (session.isPending) return <Spin fullscreen />;
  if (session.isError) return <ErrorBlock error={session.error} onRetry={() => void session.refetch()} />;
  if (!session.data) return <LoginPage />;
  if (session.data.user.must_change_password) return <ForcedPasswordPage user={session.data.user} />;
  return (
    <LiveProvider>
      <RouterProvider router={router} future={{ v7_startTransition: true }} />
    </LiveProvider>
  );
}

export function App() {
  const dark = useIsDark();
  useDocumentTheme(dark);
  const { i18n } = useTranslation();
  return (
    <ConfigProvider locale={i18n.language === "zh-CN" ? zhCN : enUS} theme={antdThemeConfig(dark)} button={{ autoInsertSpace: false }}>
      <AntApp style={{ minHeight: "100%", height: "100%" }}>
        <QueryClientProvider client={queries}>
          <Gate />
        </QueryClientProvider>
      </AntApp>
    </ConfigProvider>
  );
}
