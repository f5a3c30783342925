package dev.espalier.workflows;

import com.fasterxml.jackson.databind.JsonNode;

/** Where a plan's recipe is looked up. */
public interface Recipes {
  /**
   * The recipe's JSON object.
   *
   * @throws dev.espalier.compression.InvalidInput if there is none of that name, naming those there
   *     are
   */
  JsonNode recipe(String name);
}
