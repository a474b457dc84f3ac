// Preprocessing of datasets through graphs. Apart from routes.hpp: few files know graphs.
#pragma once

#include "api/services.hpp"
#include "http/router.hpp"

namespace ava::api {

void add_preprocess_routes(http::Router& router, Services& services);

}  // namespace ava::api
