"""A chain, a stream and structured output with LangChain. Needs: pip install langchain-openai"""

import os

from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_openai import ChatOpenAI

desk = ChatOpenAI(
    model="cmc-ai-v1-gpt-5.1",
    api_key=os.environ["CRYPTODESK_KEY"],
    base_url=os.environ.get("CRYPTODESK_URL", "http://127.0.0.1:8080") + "/openai/v1",
)

chain = ChatPromptTemplate.from_template("What is the price of {asset}?") | desk | StrOutputParser()
print(chain.invoke({"asset": "Bitcoin"}))
print()

for piece in chain.stream({"asset": "Ethereum"}):
    print(piece, end="", flush=True)
print()

answers = chain.batch([{"asset": "Solana"}, {"asset": "XRP"}])
print(len(answers), "more answers at once")
