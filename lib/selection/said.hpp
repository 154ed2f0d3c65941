// SPDX-License-Identifier: Apache-2.0
// What a user said of faces, laid over what was measured of them: whose they are, what their person is called, and
// which are to be cut out again.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lib/catalogue/catalogue.hpp"

namespace understudy {

// Persons that the user made or named are numbered from here on, so that no new count of the persons takes them for
// others.
constexpr int first_own_person = 1000;

// By column and key, as FaceHistory::facts() has them.
using SaidFacts = std::map<std::string, std::map<std::string, std::string>>;
// Into numbers.person, person_name and marked. Returns the names of all persons that have one.
std::map<int, std::string> take_said(std::vector<CatalogueEntry>&, const SaidFacts&);

// Nothing where nobody was told apart.
std::optional<int> person_of(const CatalogueEntry&);

}  // namespace understudy
