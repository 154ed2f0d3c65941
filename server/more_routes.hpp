// SPDX-License-Identifier: Apache-2.0
// The parts of the table of routes that have files of their own; routes.cpp joins them.
#pragma once

#include "server/studio.hpp"

namespace understudy::studio {

std::vector<Route> face_routes(Studio&);
std::vector<Route> film_routes(Studio&);
std::vector<Route> model_routes(Studio&);
std::vector<Route> home_routes(Studio&);
std::vector<Route> joined(std::initializer_list<std::vector<Route> (*)(Studio&)> parts, Studio&);

}  // namespace understudy::studio
