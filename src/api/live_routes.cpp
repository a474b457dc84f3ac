// The live WebSocket: topics of http/topics.hpp for whoever is logged in.
#include "api/routes.hpp"

namespace ava::api {

void add_live_routes(http::Router& router, Services& services) {
  router.add({.method = http::Method::kGet,
              .pattern = "/api/v1/live",
              .name = "live",
              .summary = "WebSocket: subscribe to topics",
              .tag = "live",
              .is_websocket = true,
              .on_socket = [&services](http::Request& request,
                                       const std::shared_ptr<http::WebSocket>& socket) -> Result<void> {
                // A browser sends the cookie with a WebSocket of any page: only our own pages may listen.
                if (request.cookie(kSessionCookie) && !request.is_same_origin())
                  return Error(ErrorCode::kPermissionDenied, "user.foreign_origin",
                               "another site's page may not listen here");
                services.topics.attach(socket);
                return {};
              }});
}

void add_all_routes(http::Router& router, Services& services) {
  add_info_routes(router, services);
  add_session_routes(router, services);
  add_user_routes(router, services);
  add_token_routes(router, services);
  add_bucket_routes(router, services);
  add_upload_routes(router, services);
  add_dataset_routes(router, services);
  add_graph_routes(router, services);
  add_sample_routes(router, services);
  add_formatted_set_routes(router, services);
  add_training_routes(router, services);
  add_run_routes(router, services);
  add_model_routes(router, services);
  add_job_routes(router, services);
  add_live_routes(router, services);
}

}  // namespace ava::api
