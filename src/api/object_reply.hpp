// A stored object as a download: ranges, ETag and file name, streamed from whatever storage it lies in.
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "http/http.hpp"
#include "storage/storage.hpp"

namespace ava::api {

/// `etag` may be empty. Errors: `object.not_found`, `http.bad_range`, those of the storage.
Result<http::Reply> object_reply(const http::Request& request, std::shared_ptr<storage::Storage> storage,
                                 const std::string& key, const std::string& file_name, const std::string& etag = {});

}  // namespace ava::api
