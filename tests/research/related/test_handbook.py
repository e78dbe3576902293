from __future__ import annotations

from cryptodesk.research.related.handbook import articles_about, articles_beside, articles_near, questions_near


def test_articles_are_found_by_their_telling_words() -> None:
    assert articles_near("what is restaking")[0].slug == "restaking"
    assert articles_near("how do funding rates work?")[0].slug == "funding-rates"
    assert articles_near("What is MEV?")[0].slug == "mev"


def test_words_of_any_request_find_nothing() -> None:
    assert articles_near("risk of the crypto market price report") == ()
    assert articles_near("") == ()


def test_questions_of_the_quoted_article_come_first() -> None:
    found = questions_near("anything", ["Restaking (rests on: EigenLayer Overview)"], ())
    assert found[0] == "What is restaking?"


def test_an_assets_own_article_comes_before_others_that_name_it() -> None:
    found = articles_about(7278)
    assert (found[0].section, found[0].slug) == ("assets", "aave")


def test_beside_an_article_are_others_of_its_topics() -> None:
    restaking = articles_near("what is restaking")[0]
    beside = articles_beside(restaking)
    assert {article.slug for article in beside} & {"slashing", "proof-of-stake", "liquid-staking"}
    assert restaking not in beside
    assert not [article for article in beside if article.section == "assets"]
